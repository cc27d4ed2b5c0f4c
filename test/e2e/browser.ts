/** A real Chromium with one page, signed in by the printed link. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Locator, Page } from 'playwright-core'
import type { Target } from './scenario.ts'

const candidates = [process.env.CHROMIUM_PATH ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export type Browser = {
  page: Page
  find: (target: Target) => Locator
  /** Loads a path of the page, unless it is there already. */
  go: (path: string) => Promise<void>
  shot: (name: string) => Promise<string>
  /** Errors of the page's own scripts, which no scenario expects. */
  faults: string[]
  /** What the page's console and network said, as evidence. */
  heard: string[]
  close: () => Promise<void>
}

const attributes = ['session', 'kind', 'status', 'path', 'state'] as const

const selector = (t: Target): string =>
  (t.testid === undefined ? '' : `[data-testid="${t.testid}"]`) + attributes.map((a) => (t[a] === undefined ? '' : `[data-${a}="${t[a]}"]`)).join('')

export const openBrowser = async (link: string, shots: string): Promise<Browser> => {
  const executablePath = candidates.find((c) => c !== '' && existsSync(c))
  if (executablePath === undefined) throw new Error('Chromium was not found: install it, or set CHROMIUM_PATH')
  mkdirSync(shots, { recursive: true })
  const chrome = await chromium.launch({
    executablePath, headless: true,
    args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
  const context = await chrome.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const faults: string[] = []
  const heard: string[] = []
  page.on('pageerror', (e) => faults.push(e.message))
  page.on('console', (m) => heard.push(`${m.type()}: ${m.text()}`))
  page.on('requestfailed', (r) => heard.push(`failed: ${r.method()} ${r.url()} ${r.failure()?.errorText ?? ''}`))
  const origin = new URL(link).origin
  let taken = 0
  await page.goto(link)
  await page.locator('[data-testid="attention-list"]').waitFor({ timeout: 30_000 })
  return {
    page,
    find: (t) => {
      const css = selector(t)
      const base = css !== '' ? page.locator(css) : t.words !== undefined ? page.getByText(new RegExp(t.words, 'i')) : t.role !== undefined ? page.getByRole(t.role as 'button', t.name === undefined ? {} : { name: new RegExp(t.name, 'i') }) : page.locator('body')
      return (t.text === undefined ? base : base.filter({ hasText: new RegExp(t.text, 'is') })).first()
    },
    go: async (path) => {
      if (new URL(page.url()).pathname !== path) await page.goto(origin + path)
    },
    shot: async (name) => {
      const file = join(shots, `${String(++taken).padStart(2, '0')}-${name}.png`)
      await page.screenshot({ path: file })
      return file
    },
    faults,
    heard,
    close: () => chrome.close(),
  }
}
