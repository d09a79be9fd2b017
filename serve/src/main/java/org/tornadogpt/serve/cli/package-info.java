/** {@code tgpt serve}. */
package org.tornadogpt.serve.cli;
