import { expect, it } from 'vitest'
import { bind } from './hook-commands.ts'

const trusted = { has: (p: string) => ['scripts/check.sh', 'scripts/check.js', 'lint.sh'].includes(p), at: (p: string) => `/copy/${p}` }
const text = (command: string): string => bind(command, trusted).text
const tree = (command: string): string | null => bind(command, trusted).tree

it('programs of the machine are left as they are', () => {
  for (const command of ['ruff check --fix', 'gofmt -l $FILES', 'git diff --check && black .', 'if [ -f a.txt ]; then echo "npm is not run"; fi # make', 'exec < /dev/tty', 'grep -q x y &>/dev/null || exit 1',
    'case "$1" in a) echo a ;; *) shellcheck "$@" ;; esac', 'FOO=bar env -i codespell', 'for f in a b; do shfmt -d "$f"; done', '. "$(dirname "$0")/h"', 'sh -e "$s" "$@"', 'export PATH="/opt/x:$PATH"', 'cd "$(git rev-parse --show-toplevel)" && ruff .']) {
    expect(bind(command, trusted), command).toEqual({ text: command, uses: [], tree: null })
  }
})

it('files of the tree are replaced by their trusted copies, where they are started', () => {
  expect(text('./scripts/check.sh src/a.js')).toBe(`'/copy/scripts/check.sh' src/a.js`)
  expect(text('sh -eu scripts/check.sh && node ./scripts/check.js scripts/check.sh')).toBe(`sh -eu '/copy/scripts/check.sh' && node '/copy/scripts/check.js' scripts/check.sh`)
  expect(text(`bash -c 'cd src; "./scripts/check.sh"'`)).toBe(`bash -c 'cd src; '\\''/copy/scripts/check.sh'\\'''`)
  expect(bind('. ./lint.sh', trusted)).toEqual({ text: `. '/copy/lint.sh'`, uses: ['lint.sh'], tree: null })
})

it('what takes its orders from the tree is named', () => {
  for (const [command, word] of [['npx lint-staged', 'npx'], ['echo a; npm test', 'npm'], ['echo "$(make list)"', 'make'], ['node_modules/.bin/eslint .', 'eslint'], ['./evil.sh', './evil.sh'], ['sh evil.sh', 'evil.sh'],
    ['python -m tools.check', 'python -m'], ["python3 -c 'import x'", 'python3 -c'], ['node -r ./x scripts/check.js', 'node -r'], ['"$(git rev-parse --show-toplevel)/evil.sh"', '"$(git rev-parse --show-toplevel)/evil.sh"'],
    ['R=$(pwd); sh $R/x', '$R/x'], ["sh -c 'yarn lint'", 'yarn'], ['export PATH="node_modules/.bin:$PATH"', 'PATH'], ['CI=1 timeout 5s pytest', 'pytest'], ['git diff | xargs -0 eslint', 'eslint'], ['node --import ./x.js scripts/check.js', 'node --import'], ['source .venv/bin/activate', '.venv/bin/activate']] as const) {
    expect(tree(command), command).toBe(word)
  }
})
