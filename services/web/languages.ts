import type { Plugin } from 'vite'

/**
 * Languages that the diff colours. Of the 240 that the highlighter brings these are what repositories hold; with all of them the
 * built page is 19 MB, with these a fifth. What is not listed is shown without colours.
 */
const kept = new Set(`
  astro bash bat bicep c clojure cmake cpp csharp css csv cue dart diff docker dockerfile dotenv elixir elm erlang fish fsharp gherkin
  gleam glsl go graphql groovy haml handlebars haskell hcl html http ini java javascript jinja json json5 jsonc jsonl jsx julia just
  kotlin latex less liquid log lua make markdown mdx mermaid nginx nim nix objective-c ocaml odin perl php postcss powershell prisma
  proto pug puppet python r razor regexp rst ruby rust sass scala scheme scss shellscript shellsession solidity sql ssh-config svelte
  swift systemd tcl terraform tex toml tsx twig typescript v vb viml vue wgsl xml yaml zig`.trim().split(/\s+/))

const ENTRY = /\t\{\n\t\t"id": "([^"]+)",[\s\S]*?\n\t\},?\n/g
const LIST = /shiki\/dist\/langs-bundle-full-[^/]*\.mjs$/

/**
 * Cuts the highlighter's list of languages down.
 * @param which `none` for the worker, which is handed the languages that it needs
 */
export const someLanguages = (which: 'kept' | 'none'): Plugin => ({
  name: `languages-${which}`,
  transform(code, id) {
    if (!LIST.test(id)) return null
    let found = 0
    const list = code.replace(ENTRY, (entry, name: string) => {
      found++
      return which === 'kept' && kept.has(name) ? entry : ''
    })
    if (found < kept.size) this.error(`${id} is not written as it was: ${found} languages found in it.`)
    return { code: list, map: null }
  },
})
