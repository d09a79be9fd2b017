/** Serves trained models: OpenAI's protocol over HTTP, and a page to look inside them. */
package org.tornadogpt.serve;
