import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { extractClientCertificateFromLambdaEvent } from '../../../src/lambda.js'
import { answerWith, Log, type OpenAdapter, toOutcome } from './adapter.js'

/** A Lambda function without any framework. */
export function openLambda({ checkValidity }: ExtractorOptions): OpenAdapter {
  const log = new Log()
  const handler = (event: unknown) =>
    answerWith(extractClientCertificateFromLambdaEvent(event, { checkValidity }), log)
  return {
    ask: (request) => {
      if (request.over !== 'lambda') throw new Error('A function gets events only')
      return Promise.resolve(toOutcome(handler(request.event), log))
    },
    close: () => Promise.resolve(),
  }
}
