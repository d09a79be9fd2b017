/** {@code tgpt lr}: a test of learning rates before a long run. */
package org.tornadogpt.bench.lr;
