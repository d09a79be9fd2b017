/** From tokens to pieces of text that may be shown. */
package org.tornadogpt.model.text;
