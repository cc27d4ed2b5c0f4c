/** POST /api/commands/:name: the same commands that the agents' tools build, with the person as actor. */
import type { FastifyInstance } from 'fastify'
import { CommandEnvelope, commandNames, commands, problem } from '@orchestra/contracts'
import type { CommandBody, CommandName } from '@orchestra/contracts'
import type { Engine } from '../ports/engine.ts'
import { parse, Refusal, unwrap } from './refusal.ts'
import { personOf } from './sign-in.ts'

const isCommand = (name: string): name is CommandName => (commandNames as string[]).includes(name)

export const commandRoute = (app: FastifyInstance, engine: Engine): void => {
  app.post<{ Params: { name: string } }>('/api/commands/:name', async (request) => {
    const { name } = request.params
    if (!isCommand(name)) throw new Refusal(problem('not_found', `There is no command ${name.slice(0, 100)}.`, { next: 'See the commands in /api/openapi.json.' }))
    const envelope = parse(CommandEnvelope, request.body ?? {}, 'body')
    const input = parse(commands[name].input, envelope.input ?? {}, 'input') as CommandBody<typeof name>
    const actor = { kind: 'person', name: personOf(request).name } as const
    return unwrap(await engine.dispatch(name, input, { actor, id: envelope.id }))
  })
}
