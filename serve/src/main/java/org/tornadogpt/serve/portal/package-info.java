/** The page to look inside models and runs, and what it asks the server for. */
package org.tornadogpt.serve.portal;
