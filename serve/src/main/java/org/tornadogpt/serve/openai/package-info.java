/** OpenAI's protocol: completions and chat completions, streamed and not. */
package org.tornadogpt.serve.openai;
