import ReactMarkdown, { type Components } from 'react-markdown'
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import { linkTarget, safeHref } from './text.ts'

const schema = {
  ...defaultSchema,
  tagNames: (defaultSchema.tagNames ?? []).filter((t) => t !== 'img' && t !== 'input' && t !== 'picture' && t !== 'source'),
  protocols: { ...defaultSchema.protocols, href: ['http', 'https'] },
}

type Node = { type: string; tagName?: string; value?: string; properties?: { src?: unknown; alt?: unknown; href?: unknown }; children?: Node[] }

const textOf = (node: Node): string => node.value ?? (node.children ?? []).map(textOf).join('')

/**
 * HTML in the text and images are shown as the characters that they are, neither obeyed nor dropped: nothing that was written gets lost.
 * A link whose words are not its address is followed by where it leads: the words are the writer's choice.
 */
const asWritten = () => (tree: Node) => {
  const visit = (node: Node) => {
    if (node.type === 'raw') node.type = 'text'
    if (node.tagName === 'img') Object.assign(node, { type: 'text', tagName: undefined, value: `![${String(node.properties?.alt ?? '')}](${String(node.properties?.src ?? '')})` })
    const target = node.tagName === 'a' ? linkTarget(textOf(node), String(node.properties?.href ?? '')) : null
    node.children?.forEach(visit)
    if (target) node.children?.push({ type: 'text', value: ` (${target})` })
  }
  visit(tree)
}

const components: Components = {
  a: ({ href, children }) => {
    const safe = safeHref(href)
    // The address is shown on hover since the words of a link are the writer's choice.
    return safe ? <a href={safe} title={safe} target="_blank" rel="noopener noreferrer nofollow">{children}</a> : <span>{children}</span>
  },
}

const Rendered = ({ text }: { text: string }) => (
  <div className="prose [overflow-wrap:anywhere]">
    <ReactMarkdown remarkPlugins={[[remarkGfm, { singleTilde: false }]]} rehypePlugins={[asWritten, [rehypeSanitize, schema]]} components={components}>{text}</ReactMarkdown>
  </div>
)
export default Rendered
