/** Text that others wrote, made safe to read: what would be invisible or would reorder a line is shown instead. */

const SGR = /\u001b\[[0-9;:?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]/g
/** What draws nothing, or turns a line round: controls, bidirectional marks, joiners, fillers, tags. */
export const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2028\u2029\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

const name = (c: string): string => {
  const code = c.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`
}

/** Control, bidirectional and zero-width characters by their names; tabs and line breaks stay. */
export const visible = (text: string): string => text.replace(/\r\n/g, '\n').replace(HIDDEN, name)

/** Two lines of a longer text: the marks of its Markdown would only be in the way. */
export const plain = (text: string): string => visible(text.slice(0, 600).replace(/[`*]{1,3}(?=\S)|(?<=\S)[`*]{1,3}|^#{1,6} /gm, ''))

/** The same on one line, for rows and titles. */
export const oneLine = (text: string): string => visible(text.replace(/\s+/g, ' ').trim())

/** What a terminal would show of a line that was rewritten in place, as progress bars are. */
const lastState = (line: string): string => {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  return text.slice(text.lastIndexOf('\r') + 1)
}

/** A program's log: colours dropped, progress bars reduced to their last state, the rest made visible. */
export const plainLog = (log: string): string => visible(log.replace(SGR, '').split('\n').map(lastState).join('\n'))

/** Where a link leads, when its words do not say so themselves; null when they do, or when it is no link. */
export const linkTarget = (words: string, href: string): string | null => {
  const safe = safeHref(href)
  if (!safe) return null
  const bare = (address: string) => address.replace(/^(https?:\/\/)?/i, '').replace(/\/$/, '')
  const { host } = new URL(safe)
  return bare(words.trim()) === bare(safe) ? null : host
}

/** http(s) addresses only; anything else is not a link. */
export const safeHref = (href: string | undefined): string | null => {
  if (!href) return null
  try {
    const url = new URL(href)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}
