/** The suites that read the code and run nothing of it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { root, single, type Suite } from './suite.ts'

const node = process.execPath
const webConfig = 'services/web/tsconfig.json'

export const types: Suite[] = [
  single('types', node, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']),
  ...(existsSync(join(root, webConfig)) ? [single('types (web)', node, ['node_modules/typescript/bin/tsc', '-p', webConfig, '--noEmit'])] : []),
]

export const lint: Suite = single('lint', node, ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'])
