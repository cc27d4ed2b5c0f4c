/** Carries out one step of a scenario; throws with what it saw when it does not come true within its deadline. */
import type { Browser } from '../browser.ts'
import type { Step } from '../scenario.ts'
import { untilHolds } from '../shell.ts'
import type { Stack } from '../stack.ts'
import { answer, approve, spawn, tell } from './page.ts'

export const carryOut = async (step: Step, stack: Stack, b: Browser): Promise<void> => {
  const deadlineMs = step.within * 1000
  const d = { timeout: deadlineMs }
  if ('open' in step) return b.go(step.open)
  if ('see' in step) return b.find(step.see).waitFor({ state: 'visible', ...d })
  if ('gone' in step) return b.find(step.gone).waitFor({ state: 'hidden', ...d })
  if ('click' in step) return b.find(step.click).click(d)
  if ('press' in step) {
    for (const key of [step.press].flat()) await b.page.keyboard.press(key)
    return
  }
  if ('write' in step) return b.page.keyboard.type(step.write)
  if ('size' in step) return b.page.setViewportSize(step.size)
  if ('type' in step) {
    await b.find(step.type.into).fill(step.type.text, d)
    return step.type.enter ? b.find(step.type.into).press('Enter') : undefined
  }
  if ('screenshot' in step) return void (await b.shot(step.screenshot))
  if ('tell' in step) return tell(b, step.tell, d)
  if ('answer' in step) return answer(b, step.answer, d)
  if ('approve' in step) return approve(b, step.approve, d)
  if ('spawn' in step) return spawn(b, step.spawn, d)
  if ('status' in step) {
    await b.go('/')
    const wanted = step.status.is.split('|').map((is) => `[data-testid="fleet-row"][data-session="${step.status.session}"][data-status="${is}"]`).join(', ')
    return b.page.locator(wanted).first().waitFor(d)
  }
  if ('run' in step) {
    const { code, output } = await stack.shell(step.run, { as: step.as, deadlineMs })
    if (code !== 0) throw new Error(`exit ${code}:\n${output}`)
    return
  }
  if ('until' in step) {
    return untilHolds(deadlineMs, async () => {
      const { code, output } = await stack.shell(step.until, { as: step.as, deadlineMs })
      return code === 0 ? null : `still exit ${code}:\n${output}`
    })
  }
  if ('sql' in step) {
    const wanted = new RegExp(step.is, 's')
    return untilHolds(deadlineMs, async () => {
      const { code, output } = await stack.sql(step.sql)
      return code === 0 && wanted.test(output.trim()) ? null : `${step.sql}\ngave ${output.trim()}\nand not ${step.is}`
    })
  }
  if ('terminal' in step) {
    const { run: command, type, shows, exit } = step.terminal
    const { code, output } = await stack.terminal(command, type, deadlineMs)
    // What a prompt takes unechoed is not on the screen either.
    const echoed = type.find((t) => output.includes(t.text))
    if (code !== exit || !new RegExp(shows, 'is').test(output) || echoed) throw new Error(`${echoed ? `shows ${echoed.text}` : `exit ${code}, not ${exit}, or not ${shows}`}:\n${output}`)
    return
  }
  if ('reboot' in step) await stack.reboot()
  else await stack.restart()
  await b.page.reload()
}
