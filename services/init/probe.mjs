// Health probe for images without curl.  usage: probe.mjs http://… | tcp://host:port | unix:/path
// Exit code 0 when something answers there (over http: with a success).
import { connect } from 'node:net'

const target = new URL(process.argv[2])
const give = (ok) => process.exit(ok ? 0 : 1)
setTimeout(give, 4000, false)

if (target.protocol === 'http:') {
  fetch(target).then((reply) => give(reply.ok), () => give(false))
} else {
  const socket = target.protocol === 'unix:' ? connect(target.pathname) : connect(Number(target.port), target.hostname)
  socket.once('connect', () => give(true))
  socket.once('error', () => give(false))
}
