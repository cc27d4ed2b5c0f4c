import type { Result, SpawnerVerb } from '@orchestra/contracts'
import { spawnerVerbs } from '@orchestra/contracts'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { buildImage } from './build-image.ts'
import { disk } from './disk.ts'
import { engine } from './engine.ts'
import { ensure } from './ensure.ts'
import { list } from './list.ts'
import { logs } from './logs.ts'
import { pause } from './pause.ts'
import { registries } from './registries.ts'
import { remove } from './remove.ts'
import { stop } from './stop.ts'
import { unpause } from './unpause.ts'

/** Verbs that answer with JSON; `rescue`, `rescueSnapshot`, `watch` and the build log are streams (rpc.ts). */
export type JsonVerb = Exclude<SpawnerVerb, 'rescue' | 'rescueSnapshot'>

type Verbs = { [V in JsonVerb]: (ctx: Context, input: z.output<(typeof spawnerVerbs)[V]>) => Promise<Result<unknown>> }
const verbs: Verbs = { ensure, stop, pause, unpause, remove, list, logs, buildImage, registries, disk, engine }

export const isJsonVerb = (name: string): name is JsonVerb => Object.hasOwn(verbs, name)

/** Parses and runs. `parse` failing is the caller's mistake and comes back as its own case. */
export const runVerb = async <V extends JsonVerb>(ctx: Context, verb: V, body: unknown): Promise<Result<unknown> | z.ZodError> => {
  const input = spawnerVerbs[verb].safeParse(body)
  return input.success ? (verbs[verb] as Verbs[V])(ctx, input.data as never) : input.error
}
