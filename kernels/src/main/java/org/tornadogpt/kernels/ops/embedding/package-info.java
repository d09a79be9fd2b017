/** Token and position embeddings. */
package org.tornadogpt.kernels.ops.embedding;
