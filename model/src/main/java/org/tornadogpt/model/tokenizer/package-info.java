/** Tokenizers that cut text into pieces of bytes, how they are learnt, and Hugging Face's {@code tokenizer.json}. */
package org.tornadogpt.model.tokenizer;
