/**
 * `npm run dev [-- DIR]`: the stack for DIR (default: the demo) on this clone's sources, services started again on change, and the
 * page with hot reload beside it. Ctrl+C ends the page's server; the stack goes on (`./orchestra down DIR`).
 */
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const directory = process.argv[2]
if (directory === '--help' || directory === '-h') {
  console.log('npm run dev [-- DIR]   DIR: a git repository; without it the demo is used')
  process.exit(0)
}

const up = spawnSync('./orchestra', directory ? ['up', directory] : ['demo'], {
  cwd: root,
  env: { ...process.env, ORCHESTRA_DEV: '1' },
  stdio: ['inherit', 'pipe', 'inherit'],
  encoding: 'utf8',
})
process.stdout.write(up.stdout)
if (up.status !== 0) process.exit(up.status ?? 1)
const link = /(https?:\/\/\S+?)\/#token=(\S+)/.exec(up.stdout)
if (!link) throw new Error('`./orchestra up` printed no sign-in address')

const port = process.env.PORT ?? '5173'
console.log(`\n    hot reload:  http://127.0.0.1:${port}/#token=${link[2]}\n`)
const vite = spawn(process.execPath, ['node_modules/vite/bin/vite.js', 'services/web', '--port', port], {
  cwd: root,
  env: { ...process.env, ORCHESTRA_URL: link[1], PORT: port },
  stdio: 'inherit',
})
vite.on('exit', (code) => process.exit(code ?? 0))
