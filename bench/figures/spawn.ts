/** Spawn accepted → the CLI's first model request, against doing the same by hand. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Figure, Sample } from '../interleave.ts'
import type { Rig } from '../rig.ts'
import { between, processorTime } from '../work.ts'
import { servicesOf, stepsOf } from './spawn-steps.ts'

const KEY = 'sk-ant-by-hand-0000000000000000000000000000'
const TASK = 'You are the executor of a benchmark. Say that you are ready.'

/** What a person would have to prepare once so that the CLI starts without a dialog. */
const prepareHome = (home: string): void => {
  mkdirSync(join(home, '.claude'), { recursive: true })
  writeFileSync(join(home, '.claude.json'), JSON.stringify({
    hasCompletedOnboarding: true, theme: 'dark', customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
    projects: { '/workspace': { hasTrustDialogAccepted: true } },
  }))
  writeFileSync(join(home, '.claude', 'settings.json'), JSON.stringify({ skipDangerousModePermissionPrompt: true, permissions: { defaultMode: 'bypassPermissions' }, disableAutoMode: 'disable' }))
}

const byHand = (rig: Rig, name: string) => ({
  worktree: `git worktree add -q -b ${name} "$ORCHESTRA_HOME/by-hand/${name}"`,
  container: `docker run -d -t --name ${rig.install}-${name} --user "$(stat -c %u:%g .)" --network ${rig.install}_model -w /workspace \
    -v "$ORCHESTRA_HOME/by-hand/${name}:/workspace" -v "$ORCHESTRA_HOME/by-hand/${name}-home:/home/agent" \
    -e ANTHROPIC_BASE_URL=http://model:8080 -e ANTHROPIC_API_KEY=${KEY} -e CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 -e DISABLE_AUTOUPDATER=1 -e IS_SANDBOX=1 \
    --entrypoint sh ${rig.agentImage} -c 'echo "agent:x:$(id -u):$(id -g)::/home/agent:/bin/bash" > /var/lib/extrausers/passwd; exec claude --append-system-prompt "Session: ${name}" "${TASK}"'`,
  remove: `docker rm -f ${rig.install}-${name}; git worktree remove --force "$ORCHESTRA_HOME/by-hand/${name}"; git branch -D ${name}; rm -rf "$ORCHESTRA_HOME/by-hand/${name}-home"`,
})

const must = async (rig: Rig, script: string, as: 'owner' | 'caller'): Promise<void> => {
  const { code, output } = await rig.stack.shell(script, { as, deadlineMs: 120_000 })
  if (code !== 0) throw new Error(output)
}

export const spawnFigure = (rig: Rig): Figure => ({
  name: 'spawn',
  what: 'spawn accepted → the CLI\'s first model request',
  baselineIs: 'git worktree add, docker run of the same image, the CLI in it',
  goal: { kind: 'ratio', most: 1.3 },
  async ours(round): Promise<Sample> {
    const id = `spawned-${round}`
    const asked = rig.journal.next(id, (e) => e.session === id)
    const before = await processorTime(servicesOf(rig))
    await rig.command('session.spawn', { name: id, instructions: TASK })
    const accepted = Date.now()
    const { at, tools } = await asked
    const work = between(before, await processorTime({ ...servicesOf(rig), session: `${rig.install}-s-${id}` }))
    const steps = await stepsOf(rig, id, accepted)
    await rig.quiet(id)
    await rig.command('session.delete', { session: id, confirmed: true })
    return { ms: at - accepted, steps: { ...steps, 'first model request': at - accepted }, work, fault: tools.some((name) => name.startsWith('mcp__orchestra__')) ? null : 'the first request lacked our tools' }
  },
  async baseline(round): Promise<Sample> {
    const name = `hand-${round}`
    const script = byHand(rig, name)
    await must(rig, 'mkdir -p "$ORCHESTRA_HOME/by-hand"', 'owner')
    const folder = (await rig.stack.shell('printf %s "$ORCHESTRA_HOME/by-hand"', { as: 'owner', deadlineMs: 5000 })).output.trim()
    prepareHome(join(folder, `${name}-home`))
    await must(rig, `chown -R "$(stat -c %u:%g .)" "$ORCHESTRA_HOME/by-hand/${name}-home"`, 'caller')
    const asked = rig.journal.next(name, (e) => e.session === name)
    const start = Date.now()
    await must(rig, script.worktree, 'owner')
    await must(rig, script.container, 'caller')
    const { at } = await asked
    const work = await processorTime({ session: `${rig.install}-${name}` })
    await must(rig, `git config --global --add safe.directory '*' 2>/dev/null; ${script.remove}`, 'caller')
    return { ms: at - start, steps: {}, work }
  },
})
