import { expect, it } from 'vitest'
import { senseOf } from './shell-command.ts'

const tests = ['npm test', 'npm run test:unit', 'cd app && npm test 2>&1 | tail -20', 'CI=1 npx vitest run', 'python -m pytest -q', '.venv/bin/pytest', 'go test ./...', 'cargo test', 'make check', 'node --test', 'timeout 60 yarn test', 'python3 -m unittest']
it.each(tests)('sees a test run in "%s"', (line) => expect(senseOf(line).kind).toBe('test'))
it('names the test command alone', () => expect(senseOf('cd app && CI=1 npm test -- --run 2>&1 | tail -20').command).toBe('npm test -- --run'))

const installs: [string, string[]][] = [
  ['npm install express-rate-limit', ['express-rate-limit']],
  ['cd api && npm i -D vitest@5 @types/node --silent', ['vitest@5', '@types/node']],
  ['npm ci', []],
  ['python3 -m venv .venv && .venv/bin/pip install -q pytest', ['pytest']],
  ['pip install -r requirements.txt', []],
  ['go get github.com/x/y', ['github.com/x/y']],
]
it.each(installs)('sees what "%s" installs', (line, packages) => expect(senseOf(line)).toMatchObject({ kind: 'install', packages }))

it('sees a commit and its subject', () => {
  expect(senseOf('git add -A && git commit -m "Add rate limiting"')).toMatchObject({ kind: 'commit', subject: 'Add rate limiting' })
  expect(senseOf("git commit -am 'One; two && three'")).toMatchObject({ kind: 'commit', subject: 'One; two && three' })
  expect(senseOf('git commit -m "$(cat <<\'EOF\'\nFirst line\n\nmore\nEOF\n)"')).toMatchObject({ kind: 'commit', subject: 'First line' })
  expect(senseOf('git commit --amend --no-edit')).toMatchObject({ kind: 'commit', subject: null })
})
it('takes the step that does something', () => {
  expect(senseOf('cd src && ls -la | head')).toEqual({ kind: 'other', command: 'ls -la' })
  expect(senseOf('echo "a && b; npm test"').kind).toBe('other')
})

it('takes the text of a here-document for no command', () => {
  expect(senseOf("cat > .orchestra/spec/designer.md <<'EOF'\n# Rate limiting\nnpm test; rm -rf /\nEOF")).toEqual({ kind: 'other', command: 'cat > .orchestra/spec/designer.md' })
  expect(senseOf("cat <<EOF > a.txt\nnpm install left-pad\nEOF\nnpm test")).toMatchObject({ kind: 'test', command: 'npm test' })
})
