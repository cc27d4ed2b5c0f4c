import { quoted } from '../../../services/orchestrator/src/adapters/git/shell-words.ts'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import type { Target } from '../frame/target.ts'
import { mark, odd, payload, places, plant } from './_hostile.ts'
import { openPage } from './_page.ts'

const branch = `${mark('branch')}\u202e-<img>`

/** What was merged can propose an image, and be a settings file that can't be used: both are shown. @returns how to take it back. */
const merged = async (t: Target): Promise<() => Promise<void>> => {
  const head = (await t.person.git(t.project, 'rev-parse', 'HEAD')).out.trim()
  const config = `"${mark('warning')} <img src=x onerror=window.__xss=40> \\u202egnp": 1`
  const wrote = await t.person.sh(t.project, `mkdir -p .orchestra && printf '%s\\n' ${quoted(payload('image'))} >.orchestra/agent.Dockerfile && printf '%s\\n' ${quoted(config)} >.orchestra/config.yaml && git add -f .orchestra/agent.Dockerfile .orchestra/config.yaml && git commit -qnm 'An image' && git branch ${quoted(branch)}`)
  need(wrote.code === 0, `nothing could be merged: ${wrote.err}`)
  return async () => { await t.person.sh(t.project, `git branch -D ${quoted(branch)}; git reset -q --keep ${head}`) }
}

const attack: Attack = {
  tries: 'puts HTML, scripts, Markdown, links that lie, control, bidirectional and zero-width characters into every text that the page shows, each with a mark: titles, briefs, messages, questions, options, permission prompts, results, file names, contents, branches, logs, hook events, refused hosts, the spec, notes to a merge, the image that a merge proposes',
  success: 'a script ran, an element or a link of theirs stands in the page, a character hides or turns round what a person reads, the title or the clipboard changed, or something was fetched from outside',
  run: async (t) => {
    const session = await plant(t)
    const back = await merged(t)
    const browser = await openPage(t)
    const { page } = browser
    const seen = new Set<string>()
    try {
      /** Waits until the page shows all of them, unfolded. */
      const shows = async (where: string, fields: string[]): Promise<string | null> => {
        const missing = await page.waitForFunction((marks) => {
          for (const d of document.querySelectorAll('details:not([open])')) d.setAttribute('open', '')
          for (const b of document.querySelectorAll<HTMLElement>('[data-testid=run] button[aria-expanded=false]')) b.click()
          const text = document.body.textContent + [...document.querySelectorAll('option')].map((o) => o.label).join(' ')
          return marks.every((m) => text.includes(m))
        }, fields.map(mark), { timeout: 60_000, polling: 200 }).then(() => [], async () => { const text = await page.locator('body').textContent().catch(String) ?? ''; return fields.filter((f) => !text.includes(mark(f))) })
        const caught = await browser.caught()
        if (caught.length > 0) return `on ${where}: ${caught.slice(0, 5).join('; ')}`
        need(missing.length === 0, `${where} does not show ${missing.join(', ')}`)
        for (const f of fields) seen.add(f)
        return null
      }
      for (const [path, fields] of places(session)) {
        await page.goto(t.origin + path)
        const found = await shows(path, fields)
        if (found !== null) return { through: found }
      }
      for (const [path, key, what, fields] of [['/', 'n', 'the composer', ['branch']], ['/', 'Control+k', 'the palette', ['title']], [`/s/${session}/diff`, 'Control+d', 'the question before a deletion', ['title']]] as const) {
        await page.goto(t.origin + path)
        await page.locator('[data-testid=fleet-row]').first().waitFor()
        await page.keyboard.press(key)
        await page.locator('dialog[open]').waitFor()
        const found = await shows(what, [...fields])
        if (found !== null) return { through: found }
      }
      return { held: `${seen.size} fields shown as text: ${[...seen].join(', ')}; the ${odd.length} odd characters of each by name; nothing ran, nothing was fetched, the title is "${await page.title()}"` }
    } finally {
      await browser.close()
      await back()
    }
  },
}
export default attack
