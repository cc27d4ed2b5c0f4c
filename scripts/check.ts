/** `npm run check`: what needs no Docker, in under a minute, for people at work. */
import { lint, types } from './suites/static.ts'
import { finish, runSuites } from './suites/suite.ts'
import { vitest } from './suites/vitest.ts'

finish(await runSuites([...types, lint, vitest('unit')]))
