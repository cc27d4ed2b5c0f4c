import type { AttentionView } from '@orchestra/contracts'

type Kind = AttentionView['kind']

type Look = { word: string; shape: 'diamond' | 'square' | 'review' | 'check' | 'bang'; tone: 'ask' | 'error' | 'review' }

const kinds: Record<Kind, Look> = {
  error: { word: 'error', shape: 'square', tone: 'error' },
  'failed-start': { word: 'did not start', shape: 'square', tone: 'error' },
  question: { word: 'question', shape: 'diamond', tone: 'ask' },
  permission: { word: 'permission', shape: 'diamond', tone: 'ask' },
  approval: { word: 'merge', shape: 'review', tone: 'review' },
  complete: { word: 'complete', shape: 'check', tone: 'review' },
  credential: { word: 'credential', shape: 'diamond', tone: 'ask' },
  egress: { word: 'network', shape: 'diamond', tone: 'ask' },
  stuck: { word: 'stuck', shape: 'bang', tone: 'ask' },
  proposal: { word: 'proposal', shape: 'diamond', tone: 'ask' },
}

/** A page that is older than its server meets kinds that it does not know. */
export const lookOf = (kind: Kind): Look => (Object.hasOwn(kinds, kind) ? kinds[kind] : { word: kind, shape: 'diamond', tone: 'ask' })

/** Whether words can go back: somebody asked or reported it. */
export const takesReply = (item: AttentionView): boolean =>
  item.kind === 'stuck' || item.messageId !== null && (item.kind === 'question' || item.kind === 'permission' || item.kind === 'error' || item.kind === 'complete')

/** What can be put off the list by hand; the others leave it when they are dealt with. */
export const canDismiss = (kind: Kind): boolean => kind === 'error' || kind === 'complete' || kind === 'proposal'

/** With the designer, who was asked first: shown, and nothing that is due. */
export const isDue = (item: AttentionView): boolean => item.with === 'person'

/** Proposals of the page itself hold nobody up: they have no clock. */
export const holdsUp = (item: AttentionView): boolean => isDue(item) && item.kind !== 'proposal' && item.kind !== 'credential'
