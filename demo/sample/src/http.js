const largestBody = 64 * 1024

/** Answers with JSON, or with an empty body. */
export function send(response, status, body) {
  if (body === undefined) {
    response.writeHead(status).end()
    return
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Reads a JSON body. Throws an error with `status` 400 or 413 that may be shown to the caller. */
export async function readJson(request) {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > largestBody) throw Object.assign(new Error('the body is too large'), { status: 413 })
  }
  try {
    return JSON.parse(text)
  } catch {
    throw Object.assign(new Error('the body is not JSON'), { status: 400 })
  }
}
