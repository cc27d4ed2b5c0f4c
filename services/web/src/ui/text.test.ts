import { describe, expect, test } from 'vitest'
import { linkTarget, oneLine, plain, plainLog, safeHref, visible } from './text.ts'

describe('visible', () => {
  test('what reorders or hides is named', () => {
    expect(visible('admin\u202e\u2066 nimda')).toBe('admin⟨U+202E⟩⟨U+2066⟩ nimda')
    expect(visible('a\u200bb\ufeff')).toBe('a⟨U+200B⟩b⟨U+FEFF⟩')
    expect(visible('\u001b[31mred\u0007')).toBe('␛[31mred␇')
    expect(visible('tag\u{e0041}')).toBe('tag⟨U+E0041⟩')
    expect(visible('fill\u3164ed\u2028')).toBe('fill⟨U+3164⟩ed⟨U+2028⟩')
  })
  test('ordinary text of any script stays as it is', () => {
    const text = 'tab\tline\nпривет مرحبا 日本 👩‍💻 é'
    expect(visible(text)).toBe(text)
  })
  test('a preview has no marks of its Markdown, and keeps arithmetic', () => expect(plain('# Do `npm test`, **then** 2 * 3')).toBe('Do npm test, then 2 * 3'))
  test('a row has one line', () => expect(oneLine('  a\n\n b\r\nc ')).toBe('a b c'))
})

describe('plainLog', () => {
  test('colours and links go, progress keeps its last state', () => {
    expect(plainLog('\u001b[32m✓\u001b[0m ok\r\n 10%\r 50%\r100%\ndone')).toBe('✓ ok\n100%\ndone')
    expect(plainLog('\u001b]8;;https://x\u0007link\u001b]8;;\u0007')).toBe('link')
  })
  test('a long line takes no time', () => {
    const started = performance.now()
    plainLog('x'.repeat(400_000))
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('linkTarget', () => {
  test('a link that pretends says where it leads', () => {
    expect(linkTarget('https://bank.example', 'https://evil.example/phish')).toBe('evil.example')
    expect(linkTarget('the docs', 'https://docs.example/a')).toBe('docs.example')
    expect(linkTarget('https://a.example/', 'https://a.example@evil.example:8443/')).toBe('evil.example:8443')
  })
  test('one that is its own address, or none, says nothing more', () => {
    expect(linkTarget('https://docs.example/a', 'https://docs.example/a')).toBeNull()
    expect(linkTarget('docs.example', 'https://docs.example/')).toBeNull()
    expect(linkTarget('x', 'javascript:alert(1)')).toBeNull()
  })
})

describe('safeHref', () => {
  test.each(['javascript:alert(1)', 'data:text/html,x', '/relative', 'file:///etc/passwd', 'jAvAsCrIpT:x', '', undefined])('%s is no link', (href) => expect(safeHref(href)).toBeNull())
  test('http and https are', () => expect(safeHref('https://example.com/a')).toBe('https://example.com/a'))
})
