/** Writes texts of several requests together: one thread, one running batch for each model. Knows nothing of HTTP. */
package org.tornadogpt.serve.engine;
