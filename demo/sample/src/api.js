import { createServer } from 'node:http'

import { Books, problemOf } from './books.js'
import { readJson, send } from './http.js'

/** Makes the server; it does not listen yet. `tokens` may write, everybody may read. */
export function createApi({ tokens = [], books = new Books() } = {}) {
  return createServer((request, response) => {
    handle({ request, response, tokens, books }).catch((error) => {
      send(response, error.status ?? 500, { error: error.status ? error.message : 'internal error' })
    })
  })
}

/** Who asks: the token of the Authorization header when it is an accepted one, else null. */
export function callerOf(request, tokens) {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ')
  return scheme === 'Bearer' && tokens.includes(token) ? token : null
}

async function handle({ request, response, tokens, books }) {
  const url = new URL(request.url, 'http://localhost')
  const [, collection, id] = url.pathname.split('/')
  const route = `${request.method} /${collection}${id === undefined ? '' : '/:id'}`

  if (route === 'GET /health') return send(response, 200, { ok: true })
  if (route === 'GET /books') return send(response, 200, books.list(url.searchParams.get('author')))
  if (route === 'GET /books/:id') {
    const book = books.get(Number(id))
    return book ? send(response, 200, book) : send(response, 404, { error: 'no such book' })
  }
  if (route === 'POST /books' || route === 'DELETE /books/:id') {
    if (!callerOf(request, tokens)) return send(response, 401, { error: 'a token is needed' })
  }
  if (route === 'POST /books') {
    const book = await readJson(request)
    const problem = problemOf(book)
    return problem ? send(response, 400, { error: problem }) : send(response, 201, books.add(book))
  }
  if (route === 'DELETE /books/:id') {
    return books.remove(Number(id)) ? send(response, 204) : send(response, 404, { error: 'no such book' })
  }
  return send(response, 404, { error: 'no such route' })
}
