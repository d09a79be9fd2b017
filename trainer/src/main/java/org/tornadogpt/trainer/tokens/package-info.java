/** Files of tokens: packed here, mapped into memory, and those of nanoGPT. */
package org.tornadogpt.trainer.tokens;
