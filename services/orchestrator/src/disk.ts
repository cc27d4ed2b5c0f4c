/** Prints what sessions hold on the disk: `orchestra status` runs it inside the orchestrator's container. */
import { readFile } from 'node:fs/promises'
import { dockerNames, internal, routes } from '@orchestra/contracts'

const token = (await readFile('/run/secrets/internal-token', 'utf8')).trim()
const reply = await fetch(`http://127.0.0.1:7001${internal.disk}`, { headers: { authorization: `Bearer ${token}` } })
const { sessions, orphans } = routes.disk.reply.parse(await reply.json())
const megabytes = (bytes: number | null): string => (bytes === null ? '?' : `${Math.ceil(bytes / 1024 / 1024)} MB`)
for (const d of sessions) {
  const parts = [d.worktree ? `worktree ${megabytes(d.worktree)}` : '', `volumes ${megabytes(d.volumes)}`, d.snapshots ? `snapshots ${megabytes(d.snapshots)}` : ''].filter((p) => p !== '')
  console.log(`  ${d.session.padEnd(24)} ${d.status.padEnd(12)} ${parts.join(', ')}${d.mergedWhole ? '   merged: deleting it loses nothing' : ''}`)
}
// Kept: their git folders may hold commits that were never imported.
const install = process.env.ORCHESTRA_INSTALL ?? ''
for (const o of orphans) console.log(`  ${o.session.padEnd(24)} ${'no session'.padEnd(12)} volumes ${megabytes(o.bytes)}   unknown to this database; where you don't need it: docker volume rm ${dockerNames.gitVolume(install, o.session)} ${dockerNames.homeVolume(install, o.session)}`)
