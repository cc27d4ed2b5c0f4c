import ReactMarkdown, { type Components } from 'react-markdown'
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import { safeHref } from './text.ts'

const schema = {
  ...defaultSchema,
  tagNames: (defaultSchema.tagNames ?? []).filter((t) => t !== 'img' && t !== 'input' && t !== 'picture' && t !== 'source'),
  protocols: { ...defaultSchema.protocols, href: ['http', 'https'] },
}

type Node = { type: string; value?: string; children?: Node[] }

/** HTML in the text is shown as the characters that it is, neither obeyed nor dropped: nothing that was written gets lost. */
const htmlAsText = () => (tree: Node) => {
  const visit = (node: Node) => {
    if (node.type === 'raw') node.type = 'text'
    node.children?.forEach(visit)
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
    <ReactMarkdown remarkPlugins={[[remarkGfm, { singleTilde: false }]]} rehypePlugins={[htmlAsText, [rehypeSanitize, schema]]} components={components}>{text}</ReactMarkdown>
  </div>
)
export default Rendered
