/**
 * `npm test`: sets up what is missing (engine, images, Chromium), runs every suite on real parts, and
 * ends with `N passed, N failed`. Nothing has to be prepared by hand.
 */
import { lint, types } from './suites/static.ts'
import { counting, finish, program, runSuites, type Suite } from './suites/suite.ts'
import { vitest } from './suites/vitest.ts'

/** What scripts/prepare.sh found or set up, as environment for the suites that follow it. */
const prepared: Record<string, string> = {}

const setUp: Suite = {
  name: 'set-up',
  run: async () => {
    const { code, output } = await program('sh', ['scripts/prepare.sh', 'all'])
    for (const [, name, value] of output.matchAll(/^([A-Z_]+)=(.*)$/gm)) prepared[name as string] = value as string
    return { passed: 0, failed: code === 0 ? 0 : 1, failures: code === 0 ? [] : [`scripts/prepare.sh exited with ${code}`] }
  },
}

const scenarios = counting('end to end', ['test/e2e/run.ts', '--all'], prepared, {
  counts: /^e2e: (?<passed>\d+) passed, (?<failed>\d+) failed$/gm,
  failure: /^  FAIL .*$/gm,
})

/** An attack that got through, or could not be carried out, or a family that was not shown to be able to fail: a failure. */
const attacks = counting('attacks', ['test/attack/run.ts'], prepared, {
  counts: /^attacks: (?<tried>\d+) tried, (?<failed>\d+) got through$/gm,
  failure: /^  (?:GOT THROUGH|NOT CARRIED OUT|NO PROOF) .*$/gm,
})

/** The quick subset of the fault suite; a fault that was not survived, or could not be brought about, is a failure. */
const faults = counting('faults', ['test/faults/run.ts', '--quick'], prepared, {
  counts: /^faults: (?<passed>\d+) survived, (?<failed>\d+) lost$/gm,
  failure: /^LOST .*$/gm,
})

finish(await runSuites([...types, lint, vitest('unit'), setUp, vitest('integration', prepared), scenarios, attacks, faults]))
