import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { extractClientCertificateFromLambdaEvent } from '../../../src/lambda.js'
import { answerWith, Log, type OpenAdapter, toOutcome } from './adapter.js'

export function openLambda({ checkValidity }: ExtractorOptions): OpenAdapter {
  const log = new Log()
  const handler = (event: unknown) =>
    answerWith(extractClientCertificateFromLambdaEvent(event, { checkValidity }), log)
  return {
    send: (request) => {
      if (request.over !== 'lambda') throw new Error('A Lambda function only gets events')
      return Promise.resolve(toOutcome(handler(request.event), log))
    },
    close: () => Promise.resolve(),
  }
}
