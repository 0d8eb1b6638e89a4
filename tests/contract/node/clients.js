// Every client of the suite. A new SDK is one driver and one line here.
import { anthropicMessages } from './drivers/anthropic.js'
import { openaiChat } from './drivers/openai_chat.js'
import { openaiResponses } from './drivers/openai_responses.js'
import { openrouterSdk } from './drivers/openrouter.js'
import {
  anthropicOverAi,
  googleOverAi,
  openaiChatOverAi,
  openaiCompatibleOverAi,
  openaiResponsesOverAi,
  openrouterOverAi,
} from './drivers/vercel.js'

export const CLIENTS = [
  openaiChat,
  openrouterSdk,
  openaiChatOverAi,
  openaiCompatibleOverAi,
  openrouterOverAi,
  openaiResponses,
  openaiResponsesOverAi,
  anthropicMessages,
  anthropicOverAi,
  googleOverAi,
]
