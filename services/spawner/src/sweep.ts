/** What a spawner that was killed left behind, put in order before the next one answers anybody. */
import { dockerNames, labels, SessionId } from '@orchestra/contracts'
import type { Context } from './context.ts'
import { isOurs } from './recorded.ts'

type Parts = Pick<Context, 'config' | 'engine' | 'ledger'>

/** Throw-away containers: none of them has anybody to report to any more. Known by name and label, and by being no session's. */
export const sweepHelpers = async ({ config, engine }: Parts): Promise<void> => {
  const found = await engine.list(`${labels.install}=${config.install}`)
  if (!found.ok) return console.error('spawner: helpers of before can\'t be listed', found.problem)
  const helper = (name: string) => name.startsWith(`/${dockerNames.container(config.install, '')}`)
  for (const { Id, Labels, Names } of found.value.filter((c) => c.Labels[labels.session] === undefined && c.Names.some(helper))) {
    const removed = await engine.remove(Id)
    if (!removed.ok) console.error(`spawner: a helper of ${Labels[labels.install]} stays: ${Names.join()}`, removed.problem)
  }
}

/** Containers that were announced, made, and not recorded: theirs is the name that was announced. */
export const adoptAnnounced = async ({ config, engine, ledger }: Parts): Promise<void> => {
  for (const name of ledger.announced()) {
    const session = SessionId.parse(name)
    const there = await engine.inspect(dockerNames.container(config.install, session))
    if (!there.ok) { console.error(`spawner: the container of ${session} can't be looked at`, there.problem); continue }
    if (there.value !== null && isOurs(there.value, config.install, session)) ledger.record(session, there.value.Id)
    else ledger.forget(session)
  }
}
