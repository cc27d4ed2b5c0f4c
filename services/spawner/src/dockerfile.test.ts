import { describe, expect, it } from 'vitest'
import { onAgentImage } from './dockerfile.ts'

describe('a project\'s Dockerfile', () => {
  it('stands on the real agent image, as root', () => {
    const made = onAgentImage('# tools\nFROM orchestra-agent\nRUN apt-get update \\\n && apt-get install -y golang\n', 'orchestra-agent:local')
    expect(made).toEqual({ ok: true, value: 'FROM orchestra-agent:local\nUSER 0:0\nRUN apt-get update   && apt-get install -y golang\n' })
  })

  it.each([
    ['another base', 'FROM alpine\nRUN true'],
    ['a second stage', 'FROM orchestra-agent\nRUN true\nFROM alpine'],
    ['a base by variable', 'ARG B=alpine\nFROM $B'],
    ['a parser directive', '# syntax=evil/frontend\nFROM orchestra-agent'],
    ['an escape directive', '#escape=`\nFROM orchestra-agent'],
    ['a copy from a context that is not there', 'FROM orchestra-agent\nCOPY . /'],
    ['nothing', ''],
  ])('is refused with %s', (_what, text) => {
    expect(onAgentImage(text, 'orchestra-agent:local')).toMatchObject({ ok: false, problem: { code: 'bad_input' } })
  })
})
