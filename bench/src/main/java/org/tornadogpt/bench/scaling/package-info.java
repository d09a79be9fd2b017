/** {@code tgpt scaling}: how loss depends on a model's size and on how much text it reads. */
package org.tornadogpt.bench.scaling;
