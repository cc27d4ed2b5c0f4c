import { expect, test } from 'vitest'
import { binaryInput, flow, hello, input, output, pause, resize, resume, windowSize } from './ttyd.ts'

const text = (b: Uint8Array) => new TextDecoder().decode(b)

test('what is sent', () => {
  expect(JSON.parse(text(hello({ columns: 80, rows: 24 })))).toEqual({ AuthToken: '', columns: 80, rows: 24 })
  expect(text(input('é\r'))).toBe('0é\r')
  expect([...binaryInput('\u00ff!')]).toEqual([0x30, 0xff, 0x21])
  expect(text(resize({ columns: 100, rows: 30 }))).toBe('1{"columns":100,"rows":30}')
  expect([text(pause()), text(resume())]).toEqual(['2', '3'])
})

test('only output is drawn; titles and preferences are not', () => {
  const frame = (s: string) => new TextEncoder().encode(s).buffer as ArrayBuffer
  expect(text(output(frame('0hello')) ?? new Uint8Array())).toBe('hello')
  expect(output(frame('1evil title'))).toBeNull()
  expect(output(frame('2{"fontSize":99}'))).toBeNull()
  expect(output(new ArrayBuffer(0))).toBeNull()
})

test('the size of the window is taken within bounds', () => {
  const frame = (s: string) => new TextEncoder().encode(s).buffer as ArrayBuffer
  expect(windowSize(frame('4{"columns":120,"rows":40}'))).toEqual({ columns: 120, rows: 40 })
  for (const bad of ['0{"columns":120,"rows":40}', '4{"columns":1,"rows":40}', '4{"columns":120000,"rows":40}', '4{"columns":120,"rows":40,"x":1}', '4nonsense']) expect(windowSize(frame(bad))).toBeNull()
})

test('the sender is held back once and let go once', () => {
  const asked: string[] = []
  const f = flow((what) => asked.push(what), 100, 20)
  f.arrived(60)
  f.arrived(60)
  f.arrived(60)
  expect(asked).toEqual(['pause'])
  f.drawn(120)
  expect(asked).toEqual(['pause'])
  f.drawn(50)
  expect(asked).toEqual(['pause', 'resume'])
})
