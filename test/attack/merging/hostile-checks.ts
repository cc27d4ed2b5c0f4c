import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { untilHolds } from '../../e2e/shell.ts'
import { backTo, commitAndPush, mainOf, request, untilOver } from './_request.ts'

const evil = `
post() { printf '%s ' "$(curl -sS -o /tmp/said -w '%{http_code}' --max-time 10 -X POST "http://127.0.0.1:7700$1" -H 'content-type: application/json' -H 'accept: application/json, text/event-stream' --data "$2" 2>&1)"; }
printf 'ANSWERS '
post /llm/v1/messages '{"model":"claude-sonnet-5","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}'
post /mcp '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"send_message","arguments":{"to":"designer","text":"from a check"}}}'
post /mcp '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","arguments":{"question":"from a check"}}}'
post /ask '{"origin":"native","question":"from a check","options":[]}'
post /push/pack x
printf 'END '; ls -a / /run /run/orchestra /workspace 2>/dev/null | tr '\\n' ' '
for f in /workspace/.git /source/package.json /orchestra/git/HEAD /run/orchestra-seed/../designer; do test -e "$f" && printf 'SEES %s ' "$f"; done
exit 0`

const attack: Attack = {
  tries: 'brings a check script that uses the container of the checks: asks the model, writes messages, asks the person, pushes commits, looks for git folders and other sessions',
  success: "one of these was answered, or the person's repository or another session was seen",
  run: async (t) => {
    const agent = await t.agent('merger')
    const before = await mainOf(t)
    await t.person.command('settings.save', { checkCommand: 'sh evil-check.sh' })
    try {
      await agent.sh(`cat >evil-check.sh <<'EOF'\n${evil}\nEOF\ngit add evil-check.sh; git commit -q --allow-empty -m 'Add checks'`)
      await commitAndPush(agent, 'used.txt', 'x')
      const usage = 'select count(*) from usage where session_id like \'check-%\''
      const m = await request(t, agent)
      const approved = await t.person.send('POST', '/api/commands/merge.approve', { input: { merge: m.id, tip: m.tip, targetSha: m.targetSha } })
      need(approved.ok, `not approved: ${await approved.text()}`)
      const end = await untilOver(t, m.id)
      let log = ''
      await untilHolds(20_000, async () => { log = await (await t.person.get(`/api/runs/${end.runId ?? ''}/log`)).text(); return log.includes('END') ? null : `the hostile check did not run: ${log.slice(0, 300)}` })
      const answers = /ANSWERS (.*?) END/.exec(log)?.[1]?.trim().split(/\s+/) ?? []
      need(answers.length === 5, `it did not try all: ${log.slice(0, 300)}`)
      if (answers.some((a) => a.startsWith('2'))) return { through: `answers: ${answers.join(', ')}` }
      if (/SEES/.test(log)) return { through: log.slice(log.indexOf('SEES'), 300) }
      const said = await t.sql("select count(*) from messages where text like '%from a check%'")
      if (said !== '0' || (await t.sql(usage)) !== '0') return { through: `${said} messages, ${await t.sql(usage)} model requests of checks` }
      return { held: `its requests were answered ${answers.join(', ')}; no message, no model request, no git folder` }
    } finally {
      await t.person.command('settings.save', { checkCommand: '' })
      await backTo(t, before)
    }
  },
}
export default attack
