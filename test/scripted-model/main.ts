/** usage: PORT=8080 SCENARIO=test/scenarios/rate-limiting [PACE=15] node test/scripted-model/main.ts */
import { readScript } from './script.ts'
import { createModel } from './server.ts'

const { PORT = '8080', HOST = '0.0.0.0', SCENARIO, PACE = '0' } = process.env
if (SCENARIO === undefined) throw new Error('SCENARIO names no folder with a model.yaml')
const server = createModel(readScript(SCENARIO), Number(PACE))
server.listen(Number(PORT), HOST, () => console.log(`model: plays ${SCENARIO} on ${HOST}:${PORT}`))
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0))
    server.closeAllConnections()
  })
}
