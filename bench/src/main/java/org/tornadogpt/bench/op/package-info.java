/** {@code tgpt op}: the rate of one operation at a size of the user's choice. */
package org.tornadogpt.bench.op;
