import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { ensureCall } from './_ensure.ts'

const attack: Attack = {
  tries: 'builds an agent image from texts that start elsewhere, read the host, change the parser, run with privileges or replace what starts',
  success: 'an image without ours below it is built, the build reads the host, or a session starts with another entrypoint or user',
  run: async (t) => {
    await t.agent('dock')
    const tag = `${t.install}-project-${t.projectId}:local`
    const build = (dockerfile: string) => ({ path: '/buildImage', body: { project: t.projectId, run: crypto.randomUUID(), dockerfile } })
    const refused = await t.spawner([
      build('FROM debian:trixie-slim\n'), build('FROM orchestra-agent\nFROM debian:trixie-slim\n'), build('# syntax=evil/frontend\nFROM orchestra-agent\n'), build('# escape=`\nFROM orchestra-agent\n'), build('FROM orchestra-agent\nCOPY / /host\n'), build('FROM orchestra-agent\nADD . /host\n'),
      build('FROM orchestra-agent AS a\nFROM a\n'), build('ARG X=debian\nFROM $X\n'), build(''), build(`FROM orchestra-agent\n${'RUN true\n'.repeat(20_000)}`), { path: '/buildImage', body: { project: '../../x', run: crypto.randomUUID(), dockerfile: 'FROM orchestra-agent\n' } },
      build('FROM orchestra-agent\nRUN --mount=type=bind,source=/,target=/h cat /h/etc/shadow && false\n'), build('FROM orchestra-agent\nRUN --security=insecure true\n'),
    ])
    const built = refused.filter((r) => r.status === 200)
    if (built.length > 0) return { through: `built: ${built.map((r) => r.body).join()}` }
    try {
      const [made] = await t.spawner([build('FROM orchestra-agent\nUSER 0:0\nENTRYPOINT ["/bin/evil"]\nCMD ["evil"]\nHEALTHCHECK CMD touch /tmp/x\nVOLUME /host\nENV LD_PRELOAD=/x.so\n')])
      need(made?.status === 200, `an image on ours was not built: ${made?.body}`)
      await t.spawner([{ path: '/remove', body: { session: 'dock', volumes: false } }])
      const [ensured] = await t.spawner([ensureCall(t, 'dock')])
      need(ensured?.status === 200, `no session on it: ${ensured?.body}`)
      const seen = await docker(['inspect', '--format', '{{json .Config.Entrypoint}} {{.Config.User}} {{.HostConfig.Privileged}} {{.HostConfig.NetworkMode}} {{json .HostConfig.CapDrop}}', `${t.install}-s-dock`])
      const asOurs = seen.out.includes('/agentd/main.js"]') && / \d+:\d+ false none \["ALL"\]/.test(seen.out) && !seen.out.includes('evil')
      return asOurs ? { held: `${refused.length} texts refused (${[...new Set(refused.map((r) => r.status))].join(', ')}); an image on ours starts our entrypoint as the owner` } : { through: seen.out }
    } finally {
      await t.spawner([{ path: '/remove', body: { session: 'dock', volumes: false } }])
      await docker(['rmi', '-f', tag])
    }
  },
}
export default attack
