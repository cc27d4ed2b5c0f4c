import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { createApi } from '../src/api.js'

const server = createApi({ tokens: ['reader-one'] })
let base

before(async () => {
  await new Promise((resolve) => server.listen(0, resolve))
  base = `http://127.0.0.1:${server.address().port}`
})
after(() => server.close())

const call = (method, path, { token, body } = {}) =>
  fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
const dune = { title: 'Dune', author: 'Frank Herbert', year: 1965 }

test('says that it is well', async () => {
  assert.deepEqual(await (await call('GET', '/health')).json(), { ok: true })
})

test('starts empty', async () => {
  assert.deepEqual(await (await call('GET', '/books')).json(), [])
})

test('adds a book for a caller with a token', async () => {
  const reply = await call('POST', '/books', { token: 'reader-one', body: dune })
  assert.equal(reply.status, 201)
  assert.deepEqual(await reply.json(), { id: 1, ...dune })
})

test('refuses to add one without a token', async () => {
  assert.equal((await call('POST', '/books', { body: dune })).status, 401)
})

test('refuses to add one with a wrong token', async () => {
  assert.equal((await call('POST', '/books', { token: 'somebody', body: dune })).status, 401)
})

test('finds a book by its id', async () => {
  assert.equal((await (await call('GET', '/books/1')).json()).title, 'Dune')
})

test('finds books by author', async () => {
  assert.equal((await (await call('GET', '/books?author=Frank%20Herbert')).json()).length, 1)
  assert.equal((await (await call('GET', '/books?author=Nobody')).json()).length, 0)
})

test('says what is wrong with a book', async () => {
  const reply = await call('POST', '/books', { token: 'reader-one', body: { ...dune, year: 'soon' } })
  assert.equal(reply.status, 400)
  assert.deepEqual(await reply.json(), { error: 'year is not a whole number' })
})

test('removes a book once', async () => {
  assert.equal((await call('DELETE', '/books/1', { token: 'reader-one' })).status, 204)
  assert.equal((await call('DELETE', '/books/1', { token: 'reader-one' })).status, 404)
})

test('answers 404 where there is nothing', async () => {
  assert.equal((await call('GET', '/books/99')).status, 404)
  assert.equal((await call('GET', '/nowhere')).status, 404)
})
