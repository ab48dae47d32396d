// In place of @peculiar/x509 and of what that needs.
export {};
