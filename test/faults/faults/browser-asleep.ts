/** The browser sleeps for an hour: frozen and without a network, while everything moves on. */
import { openBrowser } from '../../e2e/browser.ts'
import type { Fault } from '../frame/fault.ts'
import { forSeconds, token } from '../frame/rig.ts'

export const fault: Fault = {
  promise: 'The page shows the present within seconds of waking, without a reload, and what is typed then arrives once.',
  run: async (rig) => {
    const id = await rig.spawn('slept')
    const link = /https?:\/\/\S+#token=\S+/.exec((await rig.stack.shell('orchestra link', { as: 'caller', deadlineMs: 30_000 })).output)?.[0]
    if (link === undefined) throw new Error('no sign-in link')
    const browser = await openBrowser(link, 'test-results/faults/browser-asleep')
    try {
      await browser.go(`/s/${id}/conversation`)
      await browser.find({ testid: 'message-box' }).waitFor({ timeout: 30_000 })
      const cdp = await browser.page.context().newCDPSession(browser.page)
      await browser.page.context().setOffline(true)
      await cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
      // An hour of the server's events: the page's sequence is left far behind, its ticket and its socket are gone.
      for (let i = 0; i < 12; i += 1) await rig.tell(id, `While the page sleeps, number ${i}.`)
      await rig.kill('orchestrator')
      await rig.start('orchestrator')
      await rig.healthy('orchestrator')
      await rig.quiet(id)
      await forSeconds(5)
      await browser.page.context().setOffline(false)
      await cdp.send('Page.setWebLifecycleState', { state: 'active' })
      const word = token()
      const box = browser.find({ testid: 'message-box' })
      await box.fill(`Typed after waking ${word}`, { timeout: 30_000 })
      await box.press('Enter')
      await rig.until('what was typed arrives', 60_000, async () => (await rig.sql(`select 1 from messages where text like '%${word}%' and delivery in ('delivered', 'seen', 'answered')`)).length === 1)
      await browser.page.getByText('While the page sleeps, number 11.').first().waitFor({ timeout: 30_000 })
      if (browser.faults.length > 0) throw new Error(`the page failed: ${browser.faults.join('; ')}`)
    } catch (e) {
      const shown = await browser.page.evaluate('document.body.innerText').catch(String)
      throw new Error(`${e instanceof Error ? e.message : String(e)}\n${browser.page.url()} shows: ${String(shown).slice(0, 600)}\nits console: ${browser.heard.slice(-5).join('\n')}\n${await browser.shot('awake').catch(String)}`, { cause: e })
    } finally {
      await browser.close()
    }
  },
}
