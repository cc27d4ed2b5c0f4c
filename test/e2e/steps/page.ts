/** What the person does and sees in the browser. */
import type { Browser } from '../browser.ts'

type Deadline = { timeout: number }

/** Words for a session, through the message box of its conversation. */
export const tell = async (b: Browser, { session, text }: { session: string; text: string }, d: Deadline): Promise<void> => {
  await b.go(`/s/${session}/conversation`)
  const box = b.find({ testid: 'message-box' })
  await box.fill(text, d)
  await box.press('Enter')
  // An empty box means that the server has taken the text.
  await b.page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('[data-testid="message-box"]')?.value === '', undefined, d)
}

/** Answers the session's open question on the inbox, by the number of an option or in words. */
export const answer = async (b: Browser, a: { session: string; option?: number; text?: string }, d: Deadline): Promise<void> => {
  await b.go('/')
  const items = ['question', 'permission', 'error'].map((kind) => `[data-testid="attention-item"][data-kind="${kind}"][data-session="${a.session}"]`).join(', ')
  const item = b.page.locator(items).first()
  await item.click({ ...d, position: { x: 5, y: 5 } })
  const id = await item.getAttribute('data-id')
  if (a.option !== undefined) await b.page.keyboard.press(String(a.option))
  else {
    const box = item.locator('[data-testid="reply-box"]')
    await box.fill(a.text ?? '', d)
    await box.press('Enter')
  }
  await b.page.locator(`[data-testid="attention-item"][data-id="${id}"]`).waitFor({ state: 'detached', ...d })
}

/** Approves the merge that a session waits for. */
export const approve = async (b: Browser, session: string, d: Deadline): Promise<void> => {
  await b.go('/')
  const item = b.page.locator(`[data-testid="attention-item"][data-kind="approval"][data-session="${session}"]`).first()
  await item.click({ ...d, position: { x: 5, y: 5 } })
  await item.locator('[data-testid="merge-approve"]').click(d)
  await item.waitFor({ state: 'detached', ...d })
}

/** A new session, by the keyboard and the composer. */
export const spawn = async (b: Browser, s: { name: string; task: string; paired: boolean; ask: boolean }, d: Deadline): Promise<void> => {
  await b.go('/')
  await b.find({ testid: 'fleet-row' }).waitFor(d)
  await b.page.keyboard.press('n')
  const composer = b.page.locator('[data-testid="composer"]')
  await composer.locator('textarea[name="task"]').fill(s.task, d)
  await composer.locator('input[name="name"]').fill(s.name, d)
  if (s.paired || s.ask) await composer.locator('summary').click()
  if (s.paired) await composer.getByLabel('Paired').check()
  if (s.ask) await composer.getByLabel('Ask before acting').check()
  await composer.locator('button[type="submit"]').click(d)
  await composer.waitFor({ state: 'detached', ...d })
}
