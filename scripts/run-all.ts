/**
 * `npm test`: sets up what is missing (engine, images, Chromium), runs every suite on real parts, and
 * ends with `N passed, N failed`. Nothing has to be prepared by hand.
 */
import { lint, types } from './suites/static.ts'
import { type Count, finish, program, runSuites, type Suite } from './suites/suite.ts'
import { vitest } from './suites/vitest.ts'

/** What scripts/prepare.sh found or set up, as environment for the suites that follow it. */
const prepared: Record<string, string> = {}

const setUp: Suite = {
  name: 'set-up',
  run: async () => {
    const { code, output } = await program('sh', ['scripts/prepare.sh', 'all'])
    for (const [, name, value] of output.matchAll(/^([A-Z_]+)=(.*)$/gm)) prepared[name as string] = value as string
    return { passed: 0, failed: code === 0 ? 0 : 1 }
  },
}

const scenarios: Suite = {
  name: 'end to end',
  run: async (): Promise<Count> => {
    const { code, output } = await program(process.execPath, ['test/e2e/run.ts', '--all'], prepared)
    const found = [...output.matchAll(/^e2e: (\d+) passed, (\d+) failed$/gm)].at(-1)
    if (!found) return { passed: 0, failed: 1 }
    const failed = Number(found[2])
    return { passed: Number(found[1]), failed: code === 0 ? failed : Math.max(failed, 1) }
  },
}

/** An attack that got through, or could not be carried out, or a family that was not shown to be able to fail: a failure. */
const attacks: Suite = {
  name: 'attacks',
  run: async (): Promise<Count> => {
    const { code, output } = await program(process.execPath, ['test/attack/run.ts'], prepared)
    const found = [...output.matchAll(/^attacks: (\d+) tried, (\d+) got through$/gm)].at(-1)
    if (!found) return { passed: 0, failed: 1 }
    const [tried, through] = [Number(found[1]), Number(found[2])]
    const failed = code === 0 ? through : Math.max(through, 1)
    return { passed: Math.max(0, tried - failed), failed }
  },
}

/** The quick subset of the fault suite; a fault that was not survived, or could not be brought about, is a failure. */
const faults: Suite = {
  name: 'faults',
  run: async (): Promise<Count> => {
    const { code, output } = await program(process.execPath, ['test/faults/run.ts', '--quick'], prepared)
    const found = [...output.matchAll(/^faults: (\d+) survived, (\d+) lost$/gm)].at(-1)
    if (!found) return { passed: 0, failed: 1 }
    const lost = Number(found[2])
    return { passed: Number(found[1]), failed: code === 0 ? lost : Math.max(lost, 1) }
  },
}

finish(await runSuites([...types, lint, vitest('unit'), setUp, vitest('integration', prepared), scenarios, attacks, faults]))
