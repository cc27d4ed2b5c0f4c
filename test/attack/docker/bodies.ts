import type { Attack } from '../frame/attack.ts'

const attack: Attack = {
  tries: 'sends the spawner 10 MB, garbage, deep nesting, a body that names itself twice, requests inside requests and verbs that are none',
  success: 'the spawner falls over, passes something on to the engine, or answers with more than a refusal',
  run: async (t) => {
    const replies = await t.spawner([
      { path: '/list', raw: `{"x":"${'a'.repeat(10_000_000)}"}` }, { path: '/list', raw: 'not json' }, { path: '/list', raw: `${'['.repeat(200_000)}${']'.repeat(200_000)}` }, { path: '/stop', raw: '{"session":"evil","session":"../x"}' },
      { path: '/stop', raw: '"evil"' }, { path: '/stop', raw: 'null' }, { path: '/stop', raw: '[]' }, { path: '/info', body: {} }, { path: '/v1.43/containers/json', body: {} }, { method: 'GET', path: '/v1.43/containers/json?all=1' }, { method: 'GET', path: '/_ping' },
      { method: 'PUT', path: '/containers/x/archive?path=/', raw: 'x' }, { method: 'DELETE', path: '/containers/x' }, { method: 'GET', path: '/image/log?run=x&run=y' }, { method: 'GET', path: '//watch' }, { path: '/hasOwnProperty', body: {} }, { path: '/constructor', body: {} },
      { path: '/list HTTP/1.1\r\nHost: x\r\n\r\nPOST /list'.replace(/[\r\n ]/g, '%0d'), body: {} },
    ])
    const [alive] = await t.spawner([{ path: '/engine', body: {} }])
    if (alive?.status !== 200) return { through: `the spawner does not answer: ${alive?.body}` }
    const odd = replies.filter((r) => r.status < 400 || /"Id"|Containers|OK$/.test(r.body))
    return odd.length > 0 ? { through: odd.map((r) => `${r.status} ${r.body.slice(0, 200)}`).join('\n') } : { held: `${replies.length} requests refused with ${[...new Set(replies.map((r) => r.status))].join(', ')}` }
  },
}
export default attack
