/** A signed-in Chromium that notes whatever a hostile text could make it do. */
import { openBrowser } from '../../e2e/browser.ts'
import type { Browser } from '../../e2e/browser.ts'
import { need } from '../frame/attack.ts'
import type { Target } from '../frame/target.ts'

export type Watched = Browser & {
  /** What was done that only a hostile text asks for; empty: nothing. */
  caught: () => Promise<string[]>
}

/** In the page, before its own code: writes to the clipboard, windows, notifications and dialogs are noted in place of being done. */
const watch = `
window.__caught = []
const note = (what, value) => window.__caught.push(what + ' ' + String(value).slice(0, 80))
Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (v) => note('clipboard', v), readText: async () => '', write: async () => note('clipboard', 'items') }, configurable: true })
window.open = (u) => { note('window', u); return null }
window.alert = window.confirm = window.prompt = (v) => note('dialog', v)
window.Notification = class { constructor(t) { note('notification', t) } static permission = 'granted'; static requestPermission = async () => 'granted' }
document.execCommand = (c) => { note('execCommand', c); return false }
`

/** In the page: elements and attributes that only the texts ask for, links that lie, and characters that would hide or turn a line round. */
const look = (): string[] => {
  const w = window as unknown as { __caught?: string[]; __xss?: unknown }
  const bad = '[onerror],[onload],[onclick],[onmouseover],[onfocus],iframe,object,embed,base,meta[http-equiv=refresh],[data-pwned],[id^=pwned],[class~=pwned],a[href]:not([href^="http"]):not([href^="/"]):not([href^="#"]),[src*="evil.test"],[action*="evil.test"],link[href*="evil.test"],.prose img,.prose form,.prose input'
  const found = [...(w.__caught ?? []), ...(w.__xss === undefined ? [] : [`a script ran (${String(w.__xss)})`]), ...[...document.querySelectorAll(bad)].map((e) => `element ${e.outerHTML.slice(0, 120)}`), ...(/pwned|zz-/i.test(document.title) ? [`title ${document.title}`] : [])]
  for (const a of document.querySelectorAll<HTMLAnchorElement>('a[href*="evil.test"]')) if (!a.textContent.includes('evil.test')) found.push(`a link that says "${a.textContent}" leads to ${a.href}`)
  const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u
  const told = (where: string, text: string): void => { const c = hidden.exec(text)?.[0]; if (c !== undefined) found.push(`U+${(c.codePointAt(0) ?? 0).toString(16)} stands in ${where}: ${JSON.stringify(text.slice(0, 80))}`) }
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let n = walk.nextNode(); n; n = walk.nextNode()) if (!n.parentElement?.closest('.xterm,script,style')) told(`a text of <${n.parentElement?.tagName.toLowerCase() ?? ''}>`, n.nodeValue ?? '')
  for (const e of document.querySelectorAll('[title],[aria-label],[placeholder],[alt],option')) for (const a of ['title', 'aria-label', 'placeholder', 'alt', 'label']) told(`the ${a} of <${e.tagName.toLowerCase()}>`, e.getAttribute(a) ?? '')
  return found
}

export const openPage = async (t: Target): Promise<Watched> => {
  const said = await t.stack.shell('orchestra link', { as: 'caller', deadlineMs: 30_000 })
  const token = /#token=\S+/.exec(said.output)?.[0]
  need(token !== undefined, `no sign-in link: ${said.output.slice(-500)}`)
  const browser = await openBrowser(`${t.origin}/${token}`, `${process.cwd()}/test-results/attack`)
  const { page } = browser
  await page.addInitScript(watch)
  const outside: string[] = []
  page.on('request', (r) => { if (!r.url().startsWith(t.origin) && !/^(data|blob):/.test(r.url())) outside.push(`request ${r.url().slice(0, 100)}`) })
  page.on('popup', (p) => outside.push(`popup ${p.url()}`))
  page.on('dialog', (d) => { outside.push(`dialog ${d.message().slice(0, 80)}`); d.dismiss().catch((e: unknown) => outside.push(`a dialog that went with its page: ${String(e).slice(0, 80)}`)) })
  page.on('download', (d) => outside.push(`download ${d.suggestedFilename().slice(0, 80)}`))
  return { ...browser, caught: async () => [...(await page.evaluate(look).catch((e: unknown) => [`the page was left for ${page.url()}: ${String(e).slice(0, 120)}`])), ...outside] }
}
