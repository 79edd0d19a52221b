export default function Login() {
  return <form method="post"><button>Sign in</button></form>;
}
