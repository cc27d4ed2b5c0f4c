/** GET /api/openapi.json, made from the contracts: every command and read with the shapes that the code checks. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { commandNames, commands, Problem, routes } from '@orchestra/contracts'

const json = (schema: z.ZodType, io: 'input' | 'output') => ({
  'application/json': { schema: z.toJSONSchema(schema, { io, unrepresentable: 'any' }) },
})
const failure = { description: 'What went wrong and what to do next.', content: json(z.object({ problem: Problem }), 'output') }
const answers = (reply: z.ZodType) => ({ 200: { description: 'Done.', content: json(reply, 'output') }, default: failure })

const pathParameters = (path: string) =>
  [...path.matchAll(/:(\w+)/g)].map((m) => ({ name: m[1], in: 'path', required: true, schema: { type: 'string' } }))
const template = (path: string) => path.replace(/:(\w+)/g, '{$1}')

type Operation = { operationId: string; parameters?: unknown[]; requestBody?: unknown; responses: unknown }

const document = (version: string) => {
  const paths: Record<string, Record<string, Operation>> = {}
  const add = (method: string, path: string, operation: Operation) => {
    paths[template(path)] = { ...paths[template(path)], [method.toLowerCase()]: operation }
  }
  for (const [name, route] of Object.entries(routes))
    add(route.method, route.path, {
      operationId: name,
      parameters: pathParameters(route.path),
      ...('body' in route ? { requestBody: { required: true, content: json(route.body, 'input') } } : {}),
      responses: answers(route.reply),
    })
  for (const name of commandNames)
    add('post', `/api/commands/${name}`, {
      operationId: name,
      requestBody: { required: true, content: json(z.object({ id: z.uuid().optional(), input: commands[name].input }), 'input') },
      responses: answers(commands[name].reply),
    })
  add('post', '/api/session', { operationId: 'signIn', requestBody: { required: true, content: json(z.object({ token: z.string() }), 'input') }, responses: answers(z.object({ name: z.string() })) })
  add('delete', '/api/session', { operationId: 'signOut', responses: answers(z.object({})) })
  add('post', '/api/tickets', { operationId: 'ticket', responses: answers(z.object({ ticket: z.string() })) })
  return { openapi: '3.1.0', info: { title: 'Orchestra', version }, paths }
}

export const openApi = (app: FastifyInstance, version: string): void => {
  const doc = document(version)
  app.get('/api/openapi.json', { config: { open: true } }, async () => doc)
}
