import type { AttentionView } from '@orchestra/contracts'
import { replyTo } from '../../act.ts'
import { SendBox } from '../../ui/send-box.tsx'

/** Words back to who asked. The draft is kept while one looks elsewhere. */
export const ReplyBox = ({ item }: { item: AttentionView }) => (
  <SendBox
    draftKey={`reply:${item.id}`} testId="reply-box" label={`Reply to ${item.session ?? 'it'}`} placeholder="Reply in words" button="Reply"
    send={(text) => replyTo(item, text)}
  />
)
